"""What the log knows, in sentences: the same words for the command line and the screens.

Pure: facts in, text out. Text from outside stands in the sentences as it came; whoever shows them cleans them.
"""
