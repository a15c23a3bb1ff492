"""What Ijaza's services tell each other: events, their envelope and topics.

This package is all that services share about one another. It holds facts, no behaviour: a model
here says what an event means, never what anybody does about it.
"""
