"""What handlers share about a resource: conflicts and their context, versions of products, stock levels."""
