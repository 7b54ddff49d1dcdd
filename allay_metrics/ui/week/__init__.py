"""Week in review: the owner's Monday."""
