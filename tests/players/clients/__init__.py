"""Programs that other people wrote, put before a real server of ours: what they ask has to come back as they expect.

python -m tests.players.clients.python_clients      # SPARQLWrapper, and rdflib as a store and as a federated asker
python -m tests.players.clients.comunica_client     # Comunica on Node.js, installed with npm into build/clients
"""
