"""Why a plan is as it is: what stands in the way of other holders, what they would cost, what became of wishes.

Every number is a difference of two audits, or counted from what people hold; nothing here knows the solver.
"""
