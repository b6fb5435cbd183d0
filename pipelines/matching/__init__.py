"""Jobs that explain matching, record what people decided about it, and train its weights."""
