namespace Filecoin.Sealing.Kernels;

/// <summary>Kernels that were asked for by name; whatever is null is chosen by what this machine does best.</summary>
public sealed record KernelChoice
{
    /// <summary>Nothing is asked for.</summary>
    public static KernelChoice Best { get; } = new();

    /// <summary>For labels of one sector.</summary>
    public string? Label { get; init; }

    /// <summary>For labels of several sectors side by side; null leaves it to <see cref="Label"/>, and else to the number of sectors.</summary>
    public string? Many { get; init; }

    /// <summary>For Poseidon.</summary>
    public string? Poseidon { get; init; }

    /// <summary>For SHA-256 of two nodes.</summary>
    public string? TwoToOne { get; init; }

    /// <summary>For parents of the graph.</summary>
    public string? Parents { get; init; }

    /// <summary>What was asked for, by kind.</summary>
    public IEnumerable<(KernelKind Kind, string Name)> Asked =>
        KernelCatalogue.Kinds.Select(kind => (kind, Name: Of(kind))).Where(entry => entry.Name is not null).Select(entry => (entry.kind, entry.Name!));

    /// <summary>The name asked for; null for none.</summary>
    public string? Of(KernelKind kind) => kind switch
    {
        KernelKind.Label => Label,
        KernelKind.Many => Many,
        KernelKind.Poseidon => Poseidon,
        KernelKind.TwoToOne => TwoToOne,
        KernelKind.Parents => Parents,
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind without a choice"),
    };

    /// <summary>This choice with another name for one kind.</summary>
    public KernelChoice With(KernelKind kind, string name) => kind switch
    {
        KernelKind.Label => this with { Label = name },
        KernelKind.Many => this with { Many = name },
        KernelKind.Poseidon => this with { Poseidon = name },
        KernelKind.TwoToOne => this with { TwoToOne = name },
        KernelKind.Parents => this with { Parents = name },
        _ => throw new ArgumentOutOfRangeException(nameof(kind), kind, "a kind without a choice"),
    };

    /// <summary>As it can be given again: "label=plain,poseidon=scalar"; empty for no choice.</summary>
    public override string ToString() => string.Join(',', Asked.Select(entry => $"{entry.Kind.Name()}={entry.Name}"));
}
