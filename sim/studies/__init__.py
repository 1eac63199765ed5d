"""Many runs of one scenario: ensembles over stated draws, sweeps over grids, and the other assumptions a run is set beside."""
