"""What a file is by its content, whatever it is called; and what lies packed in it."""
