"""The screens: one module and one stylesheet each. They see the application through `screens.context`."""
