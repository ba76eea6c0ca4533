using System.Globalization;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Primitives;

namespace SealerRecover.Recovery.Doctor;

/// <summary>A lotus-miner: whether it answers, and whose it is.</summary>
/// <param name="client">The lotus-miner, disposed of by whoever made it.</param>
/// <param name="miner">Whose it should be; null where nobody said.</param>
public sealed class LotusMinerCheck(JsonRpcClient client, ActorId? miner) : ICheck
{
    /// <inheritdoc/>
    public string What => "lotus-miner";

    /// <inheritdoc/>
    public async Task<IReadOnlyList<Finding>> LookAsync(CancellationToken cancellation)
    {
        LotusMiner lotus = new(client);
        string where = string.Join(", ", client.Endpoints);
        Address whose = await lotus.ActorAddressAsync(cancellation).ConfigureAwait(false);
        return whose.ActorId is { } id && miner is { } expected && id != expected
            ? [Finding.Wrong(What, $"{where} is the lotus-miner of {id}, not of {expected}", $"name the one of {expected} with {Setting.MinerApi}, or the miner with {Setting.Miner}")]
            : [Finding.Fine(What, $"{where} answers: {whose}"), await PathsAsync(lotus, cancellation).ConfigureAwait(false)];
    }

    private static async Task<Finding> PathsAsync(LotusMiner lotus, CancellationToken cancellation)
    {
        const string what = "lotus-miner: storage";
        try
        {
            IReadOnlyList<MinerStoragePath> paths = await lotus.StoragePathsAsync(cancellation).ConfigureAwait(false);
            return Finding.Fine(what, string.Create(CultureInfo.InvariantCulture, $"it tells {paths.Count} storage paths with {paths.Sum(path => path.Sectors.Count)} sectors"));
        }
        catch (OperatorException failure)
        {
            return Finding.Note(what, failure.Message, failure.Hint);
        }
    }
}
