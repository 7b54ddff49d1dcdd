"""The mapping screen: a table nobody knows, read column by column."""
