# gunicorn --config .deploy/gunicorn.conf.py     (FACTCITE_… in its environment; see the README beside this file)

wsgi_app = "webapp.wsgi:make()"
bind = "127.0.0.1:8000"
worker_class = "gthread"  # a thread waits for a question's process; other requests go on
workers = 1  # each has a store, processes, kept answers and budgets of clients of its own
threads = 16
preload_app = False  # processes for questions may not be made by one process and used by another
timeout = 120  # longer than a question and the sending of its answer may take together
graceful_timeout = 30
keepalive = 5
limit_request_line = 8190  # of an address: the most that gunicorn takes; longer questions come by POST
forwarded_allow_ips = "127.0.0.1,::1"  # where the proxy is


def post_worker_init(worker: object) -> None:
    """Run the threads of the site on one core, as kb serve does; questions are answered on all of them."""
    from webapp.tuning import keep_to_one_core

    keep_to_one_core()
