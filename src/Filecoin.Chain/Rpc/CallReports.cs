using Filecoin.Chain.Progress;

namespace Filecoin.Chain.Rpc;

/// <summary>An endpoint asked to be asked less, and all calls to it wait.</summary>
/// <param name="Endpoint">Which.</param>
/// <param name="Why">Its half of a sentence: "limits the rate of requests (HTTP 429)".</param>
/// <param name="Wait">How long.</param>
public sealed record EndpointPaused(ChainEndpoint Endpoint, string Why, TimeSpan Wait) : LookupReport;

/// <summary>No endpoint answered a call, and it is going to be repeated; told of one call for all that fail meanwhile.</summary>
/// <param name="Why">A sentence that names each endpoint and what it did.</param>
/// <param name="Wait">Until the next try.</param>
/// <param name="Tries">Tries that are left, the next one included.</param>
public sealed record CallRepeated(string Why, TimeSpan Wait, int Tries) : LookupReport;
