//! The words of the mesh: points, waves, lanes, documents, grants and statuses.
