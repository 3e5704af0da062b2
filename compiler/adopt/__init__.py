"""Foreign formats → specs: SLOs of Sloth and OpenSLO, each compiled or refused at its line."""
