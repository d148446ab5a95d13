"""Stock and products: finding, moving, counting, explaining."""
