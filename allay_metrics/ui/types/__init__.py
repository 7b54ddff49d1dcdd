"""Visit types: what the practice gives."""
