def make_note(*a): pass
