"""The one way to OpenStack. No other package imports openstack or keystoneauth1."""
