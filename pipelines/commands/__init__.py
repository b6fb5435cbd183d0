"""What can be typed after `hiu`, by subject: options, what is asked, and which job answers."""
