"""Nova, Glance, Neutron, Cinder and Keystone: what is asked of each."""
