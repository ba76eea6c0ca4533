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
    /// <summary>Seconds to wait for an answer that a run can do without.</summary>
    public const int Patience = 10;

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
        AddConnectionTo(command);
    }

    /// <summary>Adds all but the miner.</summary>
    public void AddConnectionTo(Command command)
    {
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
        (SectorLookup lookup, IReadOnlyList<SectorLookupResult> found) = await AskAsync(
            context, async lookup => (lookup, await lookup.FindAllAsync(numbers, concurrency: 4, context.Cancellation)));
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

    /// <summary>Asks the chain about the miner named.</summary>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public async Task<T> AskAsync<T>(CommandContext context, Func<SectorLookup, Task<T>> ask)
    {
        Address miner = ReadMiner(context.Parsed);
        using JsonRpcClient rpc = Connect(context, context.Parsed.GetValue(Timeout) ?? DefaultTimeout);
        SectorLookup lookup = await SectorLookup.OpenAsync(new FullNode(rpc), miner, context.Host.Time, context.Cancellation);
        context.View.Said($"{lookup.Miner} has sectors of {lookup.SectorSize} on network {lookup.NetworkName}");
        return await ask(lookup);
    }

    /// <summary>Whether a chain node is named anywhere, or a Lotus repository stands where it is looked for.</summary>
    public bool AreGiven(CommandContext context) =>
        context.Parsed.GetValue(ApiInfo) is not null || context.Environment.ApiInfo is not null || context.Environment.LotusRepositoryIsNamed
        || (context.Environment.LotusRepository is { } folder && File.Exists(Path.Combine(folder, "api")));

    /// <summary>
    /// What the chain says of how sectors of one miner were sealed, in the order of <paramref name="claims"/>, to compare claims with.
    /// </summary>
    /// <param name="context">The command's surroundings.</param>
    /// <param name="miner">The miner.</param>
    /// <param name="claims">What is compared.</param>
    /// <param name="patience">Seconds for one answer, unless told otherwise; null for the default.</param>
    /// <exception cref="OperatorException">The miner is unknown, or no node answers.</exception>
    public async Task<IReadOnlyList<StatementResult>> StatementsAsync(
        CommandContext context, ActorId miner, IReadOnlyList<TicketClaim> claims, int? patience = null)
    {
        using JsonRpcClient rpc = Connect(context, context.Parsed.GetValue(Timeout) ?? patience ?? DefaultTimeout);
        SectorLookup lookup = await SectorLookup.OpenAsync(
            new FullNode(rpc), Address.FromActorId(miner), context.Host.Time, context.Cancellation);
        return await lookup.FindStatementsAsync(claims, concurrency: 4, context.Cancellation);
    }

    /// <summary>Whether a chain node was named for this run; one whose Lotus repository happens to be here was not.</summary>
    public bool AreNamed(CommandContext context) => context.Parsed.GetValue(ApiInfo) is not null || context.Environment.ApiInfo is not null;

    /// <summary>
    /// The chain's present view of sectors that have been recovered from a file, for the advice at the end. Asked only of a node that was named
    /// for this run; a node that does not answer soon costs the advice its dates and nothing else.
    /// </summary>
    public IReadOnlyList<SectorFacts> BringUpToDate(CommandContext context, IReadOnlyList<SectorFacts> recovered)
    {
        if (!AreNamed(context))
        {
            return recovered;
        }

        try
        {
            return BringUpToDateAsync(context, recovered).GetAwaiter().GetResult();
        }
        catch (OperatorException failure)
        {
            context.View.Said($"the chain node could not be asked by when to go on: {failure.Message}");
            return recovered;
        }
        catch (OperationCanceledException)
        {
            // The sectors are installed; Ctrl-C now only forgoes the dates.
            return recovered;
        }
    }

    private async Task<IReadOnlyList<SectorFacts>> BringUpToDateAsync(CommandContext context, IReadOnlyList<SectorFacts> recovered)
    {
        using JsonRpcClient rpc = Connect(context, context.Parsed.GetValue(Timeout) ?? Patience);
        SectorLookup lookup = await SectorLookup.OpenAsync(
            new FullNode(rpc), Address.FromActorId(recovered[0].Sector.Miner), context.Host.Time, context.Cancellation);
        IReadOnlyList<SectorLookupResult> found = await lookup.FindAllAsync(
            [.. recovered.Select(facts => facts.Sector.Number)], concurrency: 4, context.Cancellation);
        return [.. recovered.Zip(found, (known, now) => now.Facts is { } facts && facts.SealedCid == known.SealedCid ? facts : known)];
    }

    private JsonRpcClient Connect(CommandContext context, int timeoutSeconds) => new(
        ReadEndpoints(context.Parsed, context.Environment),
        new JsonRpcOptions { RequestTimeout = TimeSpan.FromSeconds(timeoutSeconds) },
        context.Log.CreateLogger<JsonRpcClient>(),
        context.Host.Time);
}
