"""What can be typed after `hiu`: a function a command, in a module a subject; `pipelines.cli` lists them.

What enters: options, what is asked of the operator, what is printed of a result, and a job put together of several
(the demonstration). What a command does is a job's; heavy imports are inside the commands.
"""
