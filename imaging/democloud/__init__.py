"""The demonstration cloud: a small OpenStack on loopback that speaks real HTTP.

It imports nothing else of the program, and the console reaches it as it reaches any cloud.
`web` is how a request is read and an error is said, `services` are the routes of each OpenStack service, `machines`
the state machines behind them, `seed` the project that is in it, `world` what holds all of that together.
"""
