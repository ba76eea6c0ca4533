using System.Globalization;
using Filecoin.Primitives;
using Filecoin.Sealing.Kernels;

namespace SealerRecover.Settings;

/// <summary>
/// Reads kernels as operators ask for them: "label=platform,poseidon=scalar", or a name alone, which counts for every kind that has it
/// and is not named itself.
/// </summary>
internal static class KernelNames
{
    private const string Best = "best";
    private const string OpenCl = "opencl";
    private const string Hint = "sealer-recover kernels lists all kinds and kernels, and why this machine lacks some";

    /// <summary>The choice.</summary>
    /// <param name="text">As typed; null, empty or "best" for the best kernels.</param>
    /// <param name="origin">The option or variable it came from, for the message.</param>
    /// <exception cref="OperatorException">BadInput: a kind or kernel that does not exist, or that this machine cannot run.</exception>
    public static KernelChoice Parse(string? text, string origin)
    {
        if (text == Best)
        {
            return KernelChoice.Best;
        }

        KernelChoice named = KernelChoice.Best;
        List<string> everywhere = [];
        foreach (string word in (text ?? "").Split(',', StringSplitOptions.RemoveEmptyEntries | StringSplitOptions.TrimEntries))
        {
            if (word.Split('=', 2, StringSplitOptions.TrimEntries) is not [string kindName, string name])
            {
                everywhere.Add(word);
                continue;
            }

            if (!KernelCatalogue.TryParse(kindName, out KernelKind kind))
            {
                throw new OperatorException(
                    FailureKind.BadInput,
                    $"{origin}: there is no kind of kernel \"{SafeText.Short(kindName)}\", only {string.Join(", ", KernelCatalogue.Kinds.Select(known => known.Name()))}",
                    Hint);
            }

            if (named.Of(kind) is not null)
            {
                throw new OperatorException(
                    FailureKind.BadInput, $"{origin} names two {kindName} kernels", "name one kernel for each kind");
            }

            named = named.With(kind, Available(kind, name, origin));
        }

        return everywhere.Aggregate(named, (choice, name) => Everywhere(choice, named, name, origin));
    }

    /// <summary>Whether a Poseidon kernel's name asks for OpenCL devices: "opencl", or "opencl:1" for one of them.</summary>
    /// <param name="name">The name; may be null.</param>
    /// <param name="device">Index of the device; null for all cards.</param>
    public static bool IsOpenCl(string? name, out int? device)
    {
        device = null;
        if (name is null or OpenCl)
        {
            return name is not null;
        }

        if (name.StartsWith($"{OpenCl}:", StringComparison.Ordinal)
            && int.TryParse(name.AsSpan(OpenCl.Length + 1), NumberStyles.None, CultureInfo.InvariantCulture, out int index))
        {
            device = index;
        }

        return device is not null;
    }

    private static string Available(KernelKind kind, string name, string origin)
    {
        if (kind == KernelKind.Poseidon && IsOpenCl(name, out _))
        {
            return name;
        }

        KernelVariant[] variants = [.. KernelCatalogue.Of(kind)];
        KernelVariant? variant = Array.Find(variants, known => known.Name == name);
        string has = $"it has {string.Join(", ", variants.Where(known => known.IsAvailable).Select(known => known.Name))}";
        if (variant is null)
        {
            throw new OperatorException(
                FailureKind.BadInput, $"{origin}: there is no {kind.Name()} kernel \"{SafeText.Short(name)}\" on this machine; {has}", Hint);
        }

        return variant.IsAvailable ? name : throw new OperatorException(
            FailureKind.BadInput, $"{origin}: this machine cannot run the {kind.Name()} kernel {name} ({variant.Lack}); {has}", Hint);
    }

    private static KernelChoice Everywhere(KernelChoice choice, KernelChoice named, string name, string origin)
    {
        if (IsOpenCl(name, out _))
        {
            return named.Poseidon is not null ? choice : Named(choice, KernelKind.Poseidon, name, origin);
        }

        KernelVariant[] known = [.. KernelCatalogue.All.Where(variant => variant.Name == name)];
        if (!known.Any(variant => variant.IsAvailable))
        {
            string has = string.Join("; ", KernelCatalogue.Kinds.Select(kind =>
                $"{kind.Name()}: {string.Join(", ", KernelCatalogue.Of(kind).Where(variant => variant.IsAvailable).Select(variant => variant.Name))}"));
            throw new OperatorException(
                FailureKind.BadInput,
                known.Length == 0
                    ? $"{origin}: there is no kernel \"{SafeText.Short(name)}\"; this machine has {has}"
                    : $"{origin}: this machine cannot run {name} ({known[0].Lack}); it has {has}",
                Hint);
        }

        foreach (KernelVariant variant in known.Where(variant => variant.IsAvailable && named.Of(variant.Kind) is null))
        {
            choice = Named(choice, variant.Kind, name, origin);
        }

        return choice;
    }

    private static KernelChoice Named(KernelChoice choice, KernelKind kind, string name, string origin) =>
        choice.Of(kind) is { } other && other != name
            ? throw new OperatorException(
                FailureKind.BadInput,
                $"{origin} names both {other} and {name} for {kind.Name()}",
                $"say which is for what, as in {kind.Name()}={name}")
            : choice.With(kind, name);
}
