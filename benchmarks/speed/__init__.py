"""How fast is it, beside the tutorials' loop and beside the least that the arithmetic can cost?"""
