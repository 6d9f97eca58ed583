"""One loaded knowledge base as the web application sees it: names, caches, saved queries, reloading."""
