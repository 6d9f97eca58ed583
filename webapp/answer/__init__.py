"""Shows the results of a query as a table, a graph or a timeline."""
