# gunicorn --config .deploy/gunicorn.conf.py     (settings: FACTCITE_… in the environment; see README.md)

wsgi_app = "webapp.wsgi:make()"
bind = "127.0.0.1:8000"
worker_class = "gthread"  # a thread waits for the process of a query; other requests continue
workers = 1  # each has its own store, processes, cache and client budgets
threads = 16
preload_app = False  # the processes for queries must be started by the process that uses them
timeout = 120  # longer than a query and sending its answer may take together
graceful_timeout = 30
keepalive = 5
limit_request_line = 8190  # length of an address: the maximum of gunicorn; longer queries need POST
forwarded_allow_ips = "127.0.0.1,::1"  # the address of the proxy


def post_worker_init(worker: object) -> None:
    """Run the threads of the site on one core, as kb serve does; questions are answered on all of them."""
    from webapp.server.process import keep_to_one_core

    keep_to_one_core()
