namespace SealerRecover.Recovery.Transfer;

/// <summary>Another machine no longer has what it made, or not as it made it: asking again does not help, only making the sector again.</summary>
/// <param name="message">One sentence saying what is missing or wrong.</param>
public sealed class ResultGoneException(string message) : Exception(message);
