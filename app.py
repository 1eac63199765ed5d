"""Entry point of the explorer: ``unweave app``, or ``streamlit run app.py``."""

from sim.explorer.main import main

if __name__ == "__main__":
    main()
