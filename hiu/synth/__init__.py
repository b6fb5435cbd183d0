"""A synthetic area, for trying, teaching and testing: nothing in it is about a real person.

What is invented, and the truth about it, enters here; nothing that handles real people imports it.
"""

from hiu.synth.area import Summary, synthesise
from hiu.synth.site import write_site

__all__ = ["Summary", "synthesise", "write_site"]
