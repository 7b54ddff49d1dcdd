"""What a therapist's home shows, as plain values: her day, her families, one baby.

Every statement here is limited to the viewer's own families, and none reads a column of money.
"""
