"""Who is who: people, roles, territories, devices, sign-in."""
