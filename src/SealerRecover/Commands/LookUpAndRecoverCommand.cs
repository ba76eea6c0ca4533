using System.CommandLine;
using Filecoin.Chain.Lookup;
using SealerRecover.Recovery.Settings;
using SealerRecover.Rendering;

namespace SealerRecover.Commands;

/// <summary>
/// The form without a command name, the original tool's: asks the chain and recovers in one go.
/// <code>sealer-recover --miner=f01000 --sectors=0 --sectors=1 --parallel=2 --sealing-result=/sector --sealing-temp=/temp</code>
/// </summary>
internal sealed class LookUpAndRecoverCommand : ICommand
{
    private readonly SectorOptions _sectors = new();
    private readonly NodeOptions _node = new();
    private readonly SectorSelection _selection;
    private readonly GivenOptions _given = new();
    private readonly RecoveryOptions _recovery = new();

    /// <summary>Makes the command.</summary>
    public LookUpAndRecoverCommand()
    {
        _selection = new SectorSelection(_sectors, _node);
        Root = new RootCommand("Recovers lost Filecoin sectors, empty, with deals or snapped: seals them again and checks that the result is what the chain knows.");
        _node.AddTo(Root);
        Root.Add(_sectors.Sectors);
        _selection.AddTo(Root);
        _given.AddTo(Root);
        _recovery.AddTo(Root);
        Common.AddLongTo(Root);
    }

    /// <summary>The root, to which the other commands are added.</summary>
    public RootCommand Root { get; }

    /// <inheritdoc/>
    public Command Syntax => Root;

    /// <inheritdoc/>
    public CommonOptions Common { get; } = new();

    /// <inheritdoc/>
    public string Name => "recover";

    /// <inheritdoc/>
    public async Task<Report> RunAsync(CommandContext context)
    {
        IReadOnlyList<ulong> named = _selection.ReadNamed(context);
        RecoverySettings settings = _recovery.Read(context, _node);
        (_, _, IReadOnlyList<SectorLookupResult> found) = await _node.LookUpAsync(
            context, lookup => _selection.Choose(context, lookup, recovers: true, metadata: null), _given.Read(context, named), worth: true);
        IReadOnlyList<SectorReport> sectors = RecoveryRun.RecoverFound(context, settings, found, refresh: null, out IReadOnlyList<Advice> next);
        return new Report { Command = Name, Sectors = sectors, Next = next };
    }
}
