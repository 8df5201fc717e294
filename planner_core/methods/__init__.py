"""The methods: NFL, MW and BF."""
