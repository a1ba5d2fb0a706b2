"""Reading a version: filters, order, pages, aggregates, by the engine."""
