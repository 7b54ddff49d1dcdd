"""What the owner's pages show, as plain values: read and reckoned here, drawn elsewhere."""
