"""The documents of a certificate: credential, PDF, status list, DID document, register.

Everything here is a function of what it is given: the same facts and the same key give the same
bytes. Only `keys` touches the file system, and only `pdf` and `fitting` hold state (one
warm compiler; what was measured).
"""
