"""Who stands for a host key: known_hosts, and what a guest printed on its console. And what a host may be called."""
