//! All targets together: dependencies, mutes, batches, our own trouble.
