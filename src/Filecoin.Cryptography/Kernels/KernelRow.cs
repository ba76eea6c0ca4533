namespace Filecoin.Cryptography.Kernels;

/// <summary>One variant of a kind of kernel: a row of the kind's <see cref="KernelRegistry{TKernel}"/>.</summary>
/// <param name="name">As it is logged and can be asked for; the kernel's own.</param>
/// <param name="needs">What it needs of processor and system.</param>
/// <param name="make">
/// Makes it: once, when it is first asked for, and only where <paramref name="needs"/> are met. Null if the system refuses memory for its
/// code.
/// </param>
/// <param name="cost">What a node costs, where a planner asks: only the proportions within the kind matter.</param>
internal sealed class KernelRow<TKernel>(string name, ProcessorFeature needs, Func<TKernel?> make, double cost = 0)
    where TKernel : class
{
    private TKernel? _kernel;
    private bool _isMade;
    private object? _gate = new();

    /// <summary>Name of the variant.</summary>
    public string Name => name;

    /// <summary>What it needs of processor and system.</summary>
    public ProcessorFeature Needs => needs;

    /// <summary>What a node costs; 0 where nobody asks.</summary>
    public double Cost => cost;

    /// <summary>The kernel, one for the whole process; null where this machine cannot run it.</summary>
    public TKernel? Kernel => LazyInitializer.EnsureInitialized(ref _kernel, ref _isMade, ref _gate, () => ProcessorFeatures.Current.Has(needs) ? make() : null);

    /// <summary>Whether this machine can run it. Only what may still be refused is made to find out.</summary>
    public bool IsHere => needs.HasFlag(ProcessorFeature.EmittedCode) ? Kernel is not null : ProcessorFeatures.Current.Has(needs);

    /// <summary>Why this machine cannot run it, as half a sentence; null where it can.</summary>
    public string? Lack => IsHere ? null : ProcessorFeatures.Current.Lack(needs) ?? "the system refused memory for its code";
}
