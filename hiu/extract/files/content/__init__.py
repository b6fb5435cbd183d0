"""What a file is by its content, whatever it is called; and what lies packed in it.

What may enter: another format to read, or to name.
"""
