"""What may leave without names: rounding and suppression, and the search for names where none may be.

How few is too few, and what counts are rounded to, stand here; per cents and pounds are rounded where they are written.

What may enter: a rule about what leaves: how it is rounded or hidden, what is looked for in it, and where a command may
write it (`outputs`).
"""
