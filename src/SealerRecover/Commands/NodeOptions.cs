using System.CommandLine;
using Filecoin.Chain;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Rendering;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Which miner, and how the chain is reached.</summary>
internal sealed class NodeOptions
{
    private const int DefaultTimeout = 60;

    /// <summary>--miner.</summary>
    public Option<string?> Miner { get; } = new("--miner")
    {
        Description = "The miner's address, as f01000 (or t01000 on test networks; f2 and other forms work too).",
        HelpName = "address",
    };

    /// <summary>--api-info.</summary>
    public Option<string?> ApiInfo { get; } = new("--api-info")
    {
        Description = "The chain node as token:multiaddr or token:url, several with commas; instead of FULLNODE_API_INFO. "
            + "Other users of this machine can see a token given here.",
        HelpName = "info",
    };

    /// <summary>--node-timeout.</summary>
    public Option<int?> Timeout { get; } = CommonOptions.Whole(
        "--node-timeout", 1, 3600, "seconds", $"How long to wait for one answer of the chain node. Default: {DefaultTimeout}.");

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        command.Add(Miner);
        command.Add(ApiInfo);
        command.Add(Timeout);
    }

    /// <summary>The miner asked for.</summary>
    /// <exception cref="OperatorException">BadInput: none, or not an address.</exception>
    public Address ReadMiner(ParseResult parsed) => parsed.GetValue(Miner) switch
    {
        null => throw new OperatorException(FailureKind.BadInput, "no miner was named", "name it with --miner, as in --miner=f01000"),
        string text when Address.TryParse(text.Trim(), out Address? address) => address,
        string text => throw new OperatorException(
            FailureKind.BadInput, $"--miner is \"{SafeText.Short(text)}\", not an address", "write it as f01000, as `lotus-miner info` prints it"),
    };

    /// <summary>Where the chain is: --api-info, FULLNODE_API_INFO, or the api and token files of LOTUS_PATH or ~/.lotus, in this order.</summary>
    /// <exception cref="OperatorException">BadInput: nowhere, or not readable.</exception>
    public IReadOnlyList<ChainEndpoint> ReadEndpoints(ParseResult parsed, EnvironmentSettings environment) =>
        parsed.GetValue(ApiInfo) is { } given ? Filecoin.Chain.ApiInfo.Parse(given, "--api-info")
        : environment.ApiInfo is { } variable ? Filecoin.Chain.ApiInfo.Parse(variable)
        : environment.LotusRepository is { } folder ? [Filecoin.Chain.ApiInfo.FromRepository(folder)]
        : throw new OperatorException(
            FailureKind.BadInput,
            "no chain node is configured: neither --api-info nor FULLNODE_API_INFO is given, and HOME is not set to find ~/.lotus",
            "set FULLNODE_API_INFO to what `lotus auth api-info --perm read` prints");

    /// <summary>Finds the sectors on chain, in the order asked; tells the view about each.</summary>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public async Task<(ActorId Miner, SectorSize Size, IReadOnlyList<SectorLookupResult> Found)> LookUpAsync(
        CommandContext context, IReadOnlyList<ulong> numbers)
    {
        Address miner = ReadMiner(context.Parsed);
        IReadOnlyList<ChainEndpoint> endpoints = ReadEndpoints(context.Parsed, context.Environment);
        int seconds = context.Parsed.GetValue(Timeout) ?? DefaultTimeout;
        using JsonRpcClient rpc = new(
            endpoints,
            new JsonRpcOptions { RequestTimeout = TimeSpan.FromSeconds(seconds) },
            context.Log.CreateLogger<JsonRpcClient>(),
            context.Host.Time);
        SectorLookup lookup = await SectorLookup.OpenAsync(new FullNode(rpc), miner, context.Host.Time, context.Cancellation);
        context.View.Said($"{lookup.Miner} has sectors of {lookup.SectorSize} on network {lookup.NetworkName}");
        IReadOnlyList<SectorLookupResult> found = await lookup.FindAllAsync(numbers, concurrency: 4, context.Cancellation);
        foreach (SectorFacts facts in found.Select(result => result.Facts).OfType<SectorFacts>())
        {
            context.View.Found(facts);
            foreach (string note in facts.Notes)
            {
                context.View.Said($"{facts.Sector}: {note}");
            }
        }

        return (lookup.Miner, lookup.SectorSize, found);
    }
}
