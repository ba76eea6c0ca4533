using Filecoin.Chain.Rpc;
using Filecoin.Curio;
using Filecoin.Primitives;
using SealerRecover.Fleet.Database;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Values as they may be shown to anybody.</summary>
internal static class Secrets
{
    private const string Hidden = "***";

    /// <summary>Whether a value may hold a token or a password.</summary>
    public static bool MayHold(string name) => name is "--api-info" or "--archive-node" or "--miner-api-info" or "--curio-db" or "--fleet-db" or "--piece-source"
        or EnvironmentSettings.HttpTokenVariable or EnvironmentSettings.ApiVariable or EnvironmentSettings.MinerApiVariable or EnvironmentSettings.PieceSourcesVariable
        || name.Contains("PASSWORD", StringComparison.Ordinal);

    /// <summary>A value without tokens and passwords; what cannot be read is not shown at all.</summary>
    /// <param name="name">The option's or variable's name.</param>
    /// <param name="value">The value.</param>
    public static string Masked(string name, string value)
    {
        try
        {
            return name switch
            {
                "--api-info" or "--archive-node" or EnvironmentSettings.ApiVariable => Endpoints(ApiInfo.Parse(value, name)),
                "--miner-api-info" or EnvironmentSettings.MinerApiVariable => Endpoints(ApiInfo.Parse(value, name, NodeApi.LotusMiner)),
                "--curio-db" => ConnectionText.Parse(value, name).ToString(),
                "--fleet-db" => FleetDatabase.WithoutSecret(value, name),
                "--piece-source" or EnvironmentSettings.PieceSourcesVariable => string.Join(',', value.Split(',').Select(Place)),
                _ when MayHold(name) => Hidden,
                _ => value,
            };
        }
        catch (OperatorException)
        {
            return Hidden;
        }
    }

    private static string Endpoints(IReadOnlyList<ChainEndpoint> endpoints) =>
        string.Join(", ", endpoints.Select(endpoint => endpoint.HasCredentials ? $"{Hidden}:{endpoint}" : endpoint.ToString()));

    private static string Place(string place) => Uri.TryCreate(place, UriKind.Absolute, out Uri? url) && (url.UserInfo.Length > 0 || url.Query.Length > 0)
        ? $"{url.Scheme}://{(url.UserInfo.Length > 0 ? $"{Hidden}@" : "")}{url.Authority}{url.AbsolutePath}{(url.Query.Length > 0 ? $"?{Hidden}" : "")}"
        : place;
}
