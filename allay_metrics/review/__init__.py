"""What the owner's pages show: queries that return plain values, which ui draws."""
