"""The pages of the wizard, what pages with findings share, and the bar that names them all."""
