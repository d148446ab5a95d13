"""The stock page: stock levels with explanations, adjustments, counts, transfers, products."""
