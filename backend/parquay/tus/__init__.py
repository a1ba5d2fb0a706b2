"""The upload protocols as pure decisions: headers and state in, a plan or a refusal out. No IO."""
