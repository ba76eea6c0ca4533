using System.CommandLine;
using Filecoin.Chain.Nodes;
using Filecoin.Chain.Rpc;
using Filecoin.Chain.Sources;
using Filecoin.Curio;
using Filecoin.Primitives;
using Microsoft.Extensions.Logging;
using SealerRecover.Settings;

namespace SealerRecover.Commands;

/// <summary>Who else may know how sectors were sealed, beside the chain node.</summary>
internal sealed class SourceOptions
{
    /// <summary>--archive-node.</summary>
    public Option<string?> Archive { get; } = new("--archive-node")
    {
        Description = "A chain node that keeps old state, asked only what the other cannot answer. Written as for --api-info.",
        HelpName = "info",
    };

    /// <summary>--miner-api-info.</summary>
    public Option<string?> LotusMiner { get; } = new("--miner-api-info")
    {
        Description = "The lotus-miner that sealed the sectors, instead of MINER_API_INFO. Other users of this machine can see a token given here.",
        HelpName = "info",
    };

    /// <summary>--curio-db.</summary>
    public Option<string?> CurioDatabase { get; } = new("--curio-db")
    {
        Description = "The database of the Curio cluster that sealed the sectors, as postgres://user@host/name, instead of CURIO_DB_HOST. What is "
            + "not said there the other CURIO_DB_ variables say; the password is best left to them. Other users of this machine can see one given here.",
        HelpName = "where",
    };

    /// <summary>--damocles-state.</summary>
    public Option<string?> Damocles { get; } = new("--damocles-state")
    {
        Description = "A file with the state of the sectors as damocles-manager's API answers it, as JSON.",
        HelpName = "file",
    };

    /// <summary>--assume-zeros.</summary>
    public Option<bool> AssumeZeros { get; } = new("--assume-zeros")
    {
        Description = "Take a sector for one of zeros (CC) where nothing tells whether it was sealed over data. If it was, sealing it ends with another CommR.",
    };

    /// <summary>Adds them.</summary>
    public void AddTo(Command command)
    {
        command.Add(Archive);
        command.Add(LotusMiner);
        command.Add(CurioDatabase);
        command.Add(Damocles);
        command.Add(AssumeZeros);
    }

    /// <summary>The sources named, in order of trust.</summary>
    /// <param name="context">The command.</param>
    /// <param name="connect">Makes a client of endpoints.</param>
    /// <param name="timeout">How long to wait for one answer.</param>
    /// <param name="given">What is known before anybody is asked.</param>
    /// <exception cref="OperatorException">BadInput.</exception>
    public OtherSources Read(
        CommandContext context, Func<IReadOnlyList<ChainEndpoint>, JsonRpcClient> connect, TimeSpan timeout, IEnumerable<ISectorSource> given)
    {
        List<ISectorSource> named = [];
        if (LotusMinerEndpoints(context) is { } miner)
        {
            named.Add(new LotusMinerRecords(new LotusMiner(connect(miner))));
        }

        if (Curio(context, timeout) is { } curio)
        {
            named.Add(curio);
        }

        if (context.Parsed.GetValue(Damocles) is { } file)
        {
            named.Add(DamoclesStates.Read(context.Folders.Absolute(file, Damocles.Name)));
        }

        return new OtherSources
        {
            Archive = context.Parsed.GetValue(Archive) is { } archive ? new FullNode(connect(ApiInfo.Parse(archive, Archive.Name))) : null,
            Named = [.. named, .. given],
            AssumeZeros = context.Parsed.GetValue(AssumeZeros),
        };
    }

    /// <summary>Whether Curio's database is named.</summary>
    public bool NamesCurio(CommandContext context) => WhereCurioIs(context) is not null;

    /// <summary>Curio's database; null if none is named.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public CuriosDatabase? Curio(CommandContext context, TimeSpan timeout) =>
        WhereCurioIs(context) is { } curio ? new CuriosDatabase(curio, timeout, context.Log.CreateLogger<CuriosDatabase>()) : null;

    /// <summary>Where lotus-miner is; null if none is named.</summary>
    /// <exception cref="OperatorException">BadInput.</exception>
    public IReadOnlyList<ChainEndpoint>? LotusMinerEndpoints(CommandContext context) =>
        context.Parsed.GetValue(LotusMiner) is { } given ? ApiInfo.Parse(given, LotusMiner.Name, NodeApi.LotusMiner)
        : context.Environment.MinerApiInfo is { } variable ? ApiInfo.Parse(variable, null, NodeApi.LotusMiner)
        : null;

    private CurioConnection? WhereCurioIs(CommandContext context)
    {
        CurioVariables variables = context.Environment.Curio;
        ConnectionParts? parts = context.Parsed.GetValue(CurioDatabase) is { } given ? ConnectionText.Parse(given, CurioDatabase.Name).Else(variables.ToParts())
            : variables.NameHost ? variables.ToParts()
            : null;
        return parts is null ? null : new CurioConnection(parts with
        {
            RootCertificate = parts.RootCertificate is { } file ? context.Folders.Absolute(file, $"sslrootcert in {CurioDatabase.Name}") : null,
        });
    }
}
